-- Postgres has roles, grants and row-level security here. SQLite has one user, the process itself.

-- +goose Up
SELECT 1;
