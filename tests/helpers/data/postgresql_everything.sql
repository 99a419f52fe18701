CREATE TYPE mood AS ENUM ('fine', 'schlecht');
CREATE DOMAIN positive AS int CHECK (VALUE > 0);
CREATE TABLE parent (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, name text NOT NULL, mood mood,
  amount positive, tags text[], extra jsonb, picture bytea, seen timestamptz,
  name_length int GENERATED ALWAYS AS (length(name)) STORED);
CREATE TABLE child (id serial PRIMARY KEY, parent_id bigint NOT NULL REFERENCES parent, x double precision);
CREATE TABLE measurement (at date NOT NULL, value real) PARTITION BY RANGE (at);
CREATE TABLE measurement_2026 PARTITION OF measurement FOR VALUES FROM ('2026-01-01') TO ('2027-01-01');
CREATE TABLE ancestor (a int); CREATE TABLE descendant (b int) INHERITS (ancestor);
CREATE SCHEMA "Größe";
CREATE TABLE "Größe"."x.* ""odd"" t" (x int, t text, "ORDER" text);
CREATE VIEW fine AS SELECT * FROM parent WHERE mood = 'fine';
CREATE MATERIALIZED VIEW counted AS SELECT count(*) AS n FROM parent;
CREATE SEQUENCE countdown INCREMENT -2;
CREATE FUNCTION twice(int) RETURNS int LANGUAGE sql AS 'SELECT $1 * 2';
CREATE FUNCTION stamp() RETURNS trigger LANGUAGE plpgsql AS
  'BEGIN NEW.seen := coalesce(NEW.seen, now()); RETURN NEW; END';
CREATE TRIGGER stamped BEFORE INSERT ON parent FOR EACH ROW EXECUTE FUNCTION stamp();
ALTER TABLE child ENABLE ROW LEVEL SECURITY; CREATE POLICY everyone ON child USING (true);
INSERT INTO parent (name, mood, amount, tags, extra, picture)
  SELECT 'Zoë ' || i, CASE WHEN i % 3 = 0 THEN 'schlecht'::mood END, i, ARRAY['a', NULL, 'ü'],
  jsonb_build_object('i', i, 'n', NULL),
  decode(md5(i::text), 'hex') FROM generate_series(1, 3000) i;
INSERT INTO child (parent_id, x) SELECT id, random() FROM parent;
INSERT INTO measurement SELECT '2026-01-01'::date + i % 300, i / 3.0 FROM generate_series(1, 1000) i;
INSERT INTO ancestor VALUES (1); INSERT INTO descendant VALUES (2, 3);
INSERT INTO "Größe"."x.* ""odd"" t" VALUES (1, NULL, 'ß'), (NULL, '', E'\n|');
REFRESH MATERIALIZED VIEW counted;
SELECT nextval('countdown'), nextval('countdown');
SELECT lo_from_bytea(0, decode(repeat('c0ffee', 5000), 'hex'));
