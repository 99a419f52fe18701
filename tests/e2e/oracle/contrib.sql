-- What needs contrib modules, ICU and libxml.
CREATE EXTENSION hstore SCHEMA "select";
CREATE EXTENSION citext;
CREATE EXTENSION btree_gist;
CREATE EXTENSION postgres_fdw;
CREATE EXTENSION "uuid-ossp";
COMMENT ON EXTENSION citext IS 'our own words';
CREATE COLLATION numeric_order (provider = icu, locale = 'en-u-kn-true');
CREATE COLLATION ignoring_case (provider = icu, locale = 'und-u-ks-level2', deterministic = false);
CREATE TABLE by_extension (h "select".hstore, ci citext UNIQUE, x xml, o text COLLATE numeric_order, i text COLLATE ignoring_case,
  n int, EXCLUDE USING gist (n WITH =));
INSERT INTO by_extension VALUES ('a=>1,b=>NULL', 'MiXed', '<a b="c">d &amp; e</a>', 'a10', 'ÄÖ', 1), ('', 'other', NULL, 'a9', 'x', 2);
CREATE INDEX by_extension_o ON by_extension (o);
CREATE SERVER near FOREIGN DATA WRAPPER postgres_fdw OPTIONS (dbname 'postgres');
CREATE USER MAPPING FOR CURRENT_USER SERVER near OPTIONS (user 'postgres', password 'x');
CREATE FOREIGN TABLE nearby (id int) SERVER near OPTIONS (table_name 'y');
