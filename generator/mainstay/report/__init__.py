"""What people and other tools read: terminal, JSON, Markdown. Pure: data in, text out."""
