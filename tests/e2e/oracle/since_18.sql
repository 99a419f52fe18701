-- What PostgreSQL 18 has and 16 has not.
CREATE TABLE virtual (w int, h int, area int GENERATED ALWAYS AS (w * h) VIRTUAL, at tstzrange, span int4range,
  CONSTRAINT unenforced CHECK (w > 0) NOT ENFORCED, CONSTRAINT in_time UNIQUE (span, at WITHOUT OVERLAPS));
INSERT INTO virtual (w, h, at, span) VALUES (2, 3, '[2026-01-01,2026-01-02)', '[1,2)');
ALTER TABLE generated ADD CONSTRAINT w_is_there NOT NULL w NOT VALID;
