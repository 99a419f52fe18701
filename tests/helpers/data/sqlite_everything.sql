PRAGMA journal_mode = WAL;
PRAGMA encoding = 'UTF-8';
CREATE TABLE parent (id INTEGER PRIMARY KEY AUTOINCREMENT, name TEXT NOT NULL, mood TEXT CHECK (mood IN ('fine', 'schlecht')),
  amount NUMERIC, ratio REAL, picture BLOB, anything, name_length INTEGER GENERATED ALWAYS AS (length(name)) STORED);
CREATE TABLE child (id INTEGER PRIMARY KEY, parent_id INTEGER NOT NULL REFERENCES parent, x REAL DEFAULT 0.1);
CREATE TABLE pairs (a TEXT, b TEXT, PRIMARY KEY (a, b)) WITHOUT ROWID;
CREATE TABLE "odd ""name"" % ß" ("ORDER" INT, "a ""b" TEXT);
CREATE TABLE empty_one (a);
CREATE TABLE strict_one (a INTEGER, b ANY) STRICT;
CREATE VIRTUAL TABLE words USING fts5(text);
CREATE INDEX by_mood ON parent (mood) WHERE mood IS NOT NULL;
CREATE VIEW fine AS SELECT * FROM parent WHERE mood = 'fine';
CREATE TRIGGER stamped AFTER INSERT ON child BEGIN UPDATE parent SET anything = 1 WHERE id = NEW.parent_id; END;
WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 3000)
  INSERT INTO parent (name, mood, amount, ratio, picture)
  SELECT 'Zoë 🦊 ' || i, CASE WHEN i % 3 = 0 THEN 'schlecht' ELSE 'fine' END, i / 7.0, i / 3.0, randomblob(100) FROM n;
INSERT INTO child (parent_id) SELECT id FROM parent;
INSERT INTO pairs VALUES ('a', 'b'), ('a', '');
INSERT INTO "odd ""name"" % ß" VALUES (1, NULL), (NULL, ''), (2, 'N'), (x'00ff', CAST(x'c328' AS TEXT)), (9e999, 'a' || char(0) || 'b');
INSERT INTO strict_one VALUES (9223372036854775807, 1.0), (1, '1'), (1, 1), (1, x'31');
INSERT INTO words VALUES ('the quick brown fox');
