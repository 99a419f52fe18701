CREATE TABLE parent (
  id bigint unsigned NOT NULL AUTO_INCREMENT PRIMARY KEY, name varchar(200) NOT NULL, latin varchar(50) CHARACTER SET latin1,
  mood enum('fine','schlecht'), tags set('a','b','ü'), amount decimal(30,10), ratio double, small float, bits bit(13),
  picture blob, fixed binary(8), extra json, seen datetime(6), stamped timestamp NOT NULL DEFAULT current_timestamp(), y year, t time(3),
  place point, area geometry, twice bigint GENERATED ALWAYS AS (id * 2) VIRTUAL,
  name_length int GENERATED ALWAYS AS (char_length(name)) STORED, hidden int INVISIBLE DEFAULT 7,
  UNIQUE KEY by_name (name), KEY by_mood (mood, seen), CHECK (char_length(name) > 0)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;
CREATE TABLE child (id int NOT NULL AUTO_INCREMENT PRIMARY KEY, parent_id bigint unsigned NOT NULL, x double,
  CONSTRAINT to_parent FOREIGN KEY (parent_id) REFERENCES parent (id) ON DELETE CASCADE) ENGINE=InnoDB;
CREATE TABLE measurement (at date NOT NULL, value float) ENGINE=InnoDB
  PARTITION BY RANGE (year(at)) (PARTITION p2026 VALUES LESS THAN (2027), PARTITION rest VALUES LESS THAN MAXVALUE);
CREATE TABLE `odd ``name`` "ß" % %s` (`ORDER` int, `a ``b` text, `%d` longtext) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4;
CREATE TABLE huge (id int PRIMARY KEY, big longblob, words longtext) ENGINE=InnoDB;
CREATE TABLE empty_one (a int) ENGINE=InnoDB;
CREATE TABLE zero (d date, dt datetime, ts timestamp NULL) ENGINE=InnoDB;
CREATE TABLE ancestor (a int) ENGINE=InnoDB;
CREATE TABLE numbers (id int NOT NULL AUTO_INCREMENT PRIMARY KEY) ENGINE=InnoDB AUTO_INCREMENT=5000;
CREATE TABLE net (u uuid, i inet6) ENGINE=InnoDB;
CREATE SEQUENCE countdown START WITH 1000 INCREMENT BY -2 MINVALUE -1000 MAXVALUE 1000 NOCACHE;
CREATE VIEW fine AS SELECT id, name FROM parent WHERE mood = 'fine';
CREATE DEFINER = 'nobody_here'@'%' SQL SECURITY DEFINER VIEW orphan AS SELECT count(*) AS n FROM parent;
CREATE FUNCTION twice(x int) RETURNS int DETERMINISTIC RETURN x * 2;
CREATE PROCEDURE add_one() INSERT INTO ancestor VALUES (1);
CREATE TRIGGER stamped BEFORE INSERT ON child FOR EACH ROW SET NEW.x = coalesce(NEW.x, 0.5);
CREATE EVENT nightly ON SCHEDULE EVERY 1 DAY DO INSERT INTO ancestor VALUES (2);
SET SESSION sql_mode = '';
INSERT INTO parent (name, latin, mood, tags, amount, ratio, small, bits, picture, fixed, extra, seen, y, t, place, area)
  SELECT concat('Zoë 🦊 ', seq), 'grün', IF(seq % 3 = 0, 'schlecht', 'fine'), IF(seq % 2, 'a,ü', NULL), seq / 7, seq / 3,
  seq / 3, seq % 8192, unhex(md5(seq)), unhex(left(md5(seq), 6)), json_object('i', seq, 'n', NULL), '2026-02-03 04:05:06.789012', 1999,
  '-12:34:56.789', point(seq, 1/3), st_geomfromtext('POLYGON((0 0,1 0,1 1,0 0))') FROM seq_1_to_3000;
INSERT INTO child (parent_id, x) SELECT id, rand(3) FROM parent;
INSERT INTO measurement SELECT '2026-01-01' + INTERVAL seq % 500 DAY, seq / 3 FROM seq_1_to_1000;
INSERT INTO `odd ``name`` "ß" % %s` VALUES (1, NULL, 'x'), (NULL, '', '\n-- Dump completed\n\0\\'), (2, 'NULL', 'N');
INSERT INTO huge VALUES (1, repeat(unhex('00FF27'), 4000000), repeat('ß''', 2000000)), (2, '', NULL), (3, NULL, '');
INSERT INTO zero VALUES ('0000-00-00', '0000-00-00 00:00:00', '0000-00-00 00:00:00'), ('2026-00-31', NULL, NULL);
INSERT INTO ancestor VALUES (1), (1), (NULL);
INSERT INTO net VALUES (uuid(), '2001:db8::1');
SELECT nextval(countdown), nextval(countdown);
