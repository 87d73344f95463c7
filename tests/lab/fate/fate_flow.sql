-- The database of FATE 1.4.0, as much of it as the upgrade touches.
USE mysql;
FLUSH PRIVILEGES;
ALTER USER root@localhost IDENTIFIED BY 'fate_dev';
CREATE DATABASE fate_flow CHARACTER SET utf8mb4;
USE fate_flow;
CREATE TABLE t_queue (f_id INT AUTO_INCREMENT PRIMARY KEY, f_job_id VARCHAR(100) NOT NULL, f_frequency INT NOT NULL DEFAULT 0);
CREATE TABLE t_job (f_job_id VARCHAR(100) PRIMARY KEY, f_role VARCHAR(10) NOT NULL, f_party_id VARCHAR(10) NOT NULL, f_status VARCHAR(50) NOT NULL, f_create_time BIGINT NOT NULL);
CREATE TABLE t_task (f_task_id VARCHAR(100) PRIMARY KEY, f_job_id VARCHAR(100) NOT NULL, f_component_name VARCHAR(100) NOT NULL, f_status VARCHAR(50) NOT NULL);
CREATE TABLE t_data_view (f_id INT AUTO_INCREMENT PRIMARY KEY, f_job_id VARCHAR(100) NOT NULL, f_table_name VARCHAR(500), f_table_namespace VARCHAR(500));
CREATE TABLE t_machine_learning_model_meta (f_id VARCHAR(100) PRIMARY KEY, f_model_id VARCHAR(100) NOT NULL, f_model_version VARCHAR(100) NOT NULL, f_size BIGINT NOT NULL DEFAULT 0);
INSERT INTO t_queue (f_job_id) VALUES ('2020090112000000001'), ('2020090112000000002');
INSERT INTO t_job VALUES ('2020083109000000001', 'guest', '9999', 'success', 1598835600000), ('2020083110000000002', 'host', '10000', 'success', 1598839200000), ('2020090112000000001', 'guest', '9999', 'waiting', 1598932800000);
INSERT INTO t_task VALUES ('2020083109000000001_dataio_0', '2020083109000000001', 'dataio_0', 'success'), ('2020083109000000001_hetero_lr_0', '2020083109000000001', 'hetero_lr_0', 'success');
INSERT INTO t_data_view (f_job_id, f_table_name, f_table_namespace) VALUES ('2020083109000000001', 'breast_guest', 'experiment');
INSERT INTO t_machine_learning_model_meta VALUES ('1', 'guest-9999#model', '2020083109000000001', 40960);
