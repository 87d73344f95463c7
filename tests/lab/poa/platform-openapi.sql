-- The database of POA as the old deployment left it, and its user.
USE mysql;
FLUSH PRIVILEGES;
CREATE USER poa@'%' IDENTIFIED BY '@password@';
CREATE DATABASE `platform-openapi` CHARACTER SET utf8mb4;
GRANT ALL ON `platform-openapi`.* TO poa@'%';
USE `platform-openapi`;
CREATE TABLE schema_version (installed_rank INT PRIMARY KEY, version VARCHAR(50), description VARCHAR(200) NOT NULL, type VARCHAR(20) NOT NULL, script VARCHAR(1000) NOT NULL, checksum INT, installed_by VARCHAR(100) NOT NULL, installed_on TIMESTAMP NOT NULL DEFAULT CURRENT_TIMESTAMP, execution_time INT NOT NULL, success TINYINT(1) NOT NULL);
INSERT INTO schema_version VALUES (1, '0.1.0', 'baseline', 'BASELINE', 'V0.1.0.sql', 0, 'poa', '2019-06-01 00:00:00', 12, 1);
