-- What the wheel's server has besides: pgvector.
CREATE EXTENSION vector;
CREATE TABLE embedded (id int PRIMARY KEY, v vector(3), h halfvec(2), s sparsevec(5));
INSERT INTO embedded SELECT i, ARRAY[i, 1.5, -i]::vector, '[1,2]', '{1:1.5,3:2}/5' FROM generate_series(1, 200) i;
CREATE INDEX embedded_v ON embedded USING hnsw (v vector_l2_ops);
