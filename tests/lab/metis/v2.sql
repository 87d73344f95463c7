-- The databases of metis v2 as its developers have them: no work in them yet.
CREATE DATABASE minerva;
CREATE DATABASE expert;
CREATE DATABASE metis;
\connect expert
CREATE TABLE alembic_version (version_num varchar(32) PRIMARY KEY);
INSERT INTO alembic_version VALUES ('v2');
CREATE TABLE tenant (id text PRIMARY KEY, name text NOT NULL);
INSERT INTO tenant VALUES ('tenant2', '上海档案局');
CREATE TABLE workspace (id text PRIMARY KEY, tenant_id text REFERENCES tenant, name text NOT NULL, workflow_id text NOT NULL);
CREATE TABLE api (id text PRIMARY KEY, workspace_id text REFERENCES workspace, appkey text NOT NULL, appsecret text NOT NULL);
\connect metis
CREATE TABLE alembic_version (version_num varchar(32) PRIMARY KEY);
INSERT INTO alembic_version VALUES ('v2');
CREATE TABLE module (id text PRIMARY KEY, name text NOT NULL, version text NOT NULL, runtime text NOT NULL DEFAULT 'v2');
CREATE TABLE workflow (id text PRIMARY KEY, name text NOT NULL);
