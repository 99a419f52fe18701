# As the real one leaves it: credentials for this job in its environment. Without a role or a region it fails.
test -n "$IN_ROLE_TO_ASSUME"
test -n "$IN_AWS_REGION"
echo "AWS_ACCESS_KEY_ID=$STUB_ACCESS_KEY" >> "$GITHUB_ENV"
echo "AWS_SECRET_ACCESS_KEY=$STUB_SECRET_KEY" >> "$GITHUB_ENV"
echo "AWS_REGION=$IN_AWS_REGION" >> "$GITHUB_ENV"
