-- The databases of metis v1, as much of them as the upgrade touches.
CREATE DATABASE minerva;
CREATE DATABASE expert;
CREATE DATABASE metis;
\connect expert
CREATE TABLE alembic_version (version_num varchar(32) PRIMARY KEY);
INSERT INTO alembic_version VALUES ('v1');
CREATE TABLE tenant (id text PRIMARY KEY, name text NOT NULL);
INSERT INTO tenant VALUES ('tenant2', '上海档案局');
CREATE TABLE workspace (id text PRIMARY KEY, tenant_id text REFERENCES tenant, name text NOT NULL);
INSERT INTO workspace VALUES ('w1', 'tenant2', '通用文档识别'), ('w2', 'tenant2', '表格读取模型'), ('w3', 'tenant2', '表单抽取'), ('w4', 'tenant2', '能手OCR模板制作');
CREATE TABLE api (id text PRIMARY KEY, workspace_id text REFERENCES workspace, appkey text NOT NULL, appsecret text NOT NULL);
INSERT INTO api SELECT 'a' || substr(id, 2), id, 'key-' || id, 'old-secret-' || id FROM workspace;
\connect metis
CREATE TABLE alembic_version (version_num varchar(32) PRIMARY KEY);
INSERT INTO alembic_version VALUES ('v1');
CREATE TABLE module (id text PRIMARY KEY, name text NOT NULL, version text NOT NULL);
INSERT INTO module VALUES ('m1', 'module_check_file_type', '1.0.0'), ('m2', 'module_libreoffice_server', '1.0.0');
