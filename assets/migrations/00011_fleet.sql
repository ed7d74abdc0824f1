-- +goose Up
-- What the office needs to hand devices out: files between preview and import, sealed; one-time
-- links by register; what devices tell of themselves.
CREATE TABLE draft (
    hash    TEXT   NOT NULL PRIMARY KEY,
    kind    TEXT   NOT NULL,
    owner   TEXT   NOT NULL,
    expires BIGINT NOT NULL,
    sealed  BYTEA  NOT NULL
);
CREATE INDEX draft_expires ON draft (expires);

ALTER TABLE ticket ADD COLUMN register TEXT NOT NULL DEFAULT '';
CREATE INDEX ticket_register ON ticket (register);

CREATE TABLE health (
    device   TEXT   NOT NULL PRIMARY KEY,
    register TEXT   NOT NULL,
    seen     BIGINT NOT NULL,
    doc      TEXT   NOT NULL
);
CREATE INDEX health_register ON health (register);

-- +goose Down
DROP TABLE health;
DROP INDEX ticket_register;
ALTER TABLE ticket DROP COLUMN register;
DROP TABLE draft;
