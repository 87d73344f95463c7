-- The first half of the migration from loonflow 0.3 to 1.0, after what the
-- update of loonflow-helper (0.3.x to 1.0.x) describes.
ALTER TABLE account_loonuser ADD is_workflow_admin TINYINT(1) NOT NULL DEFAULT 0 COMMENT '工作流管理员';
ALTER TABLE workflow_customnotice ADD hook_url VARCHAR(100) NOT NULL DEFAULT '', ADD hook_token VARCHAR(100) NOT NULL DEFAULT '', DROP COLUMN title_template, DROP COLUMN content_template, DROP COLUMN script;
ALTER TABLE workflow_workflow ADD title_template VARCHAR(100) NOT NULL DEFAULT '' COMMENT '标题模板', ADD content_template VARCHAR(1000) NOT NULL DEFAULT '' COMMENT '内容模板', DROP COLUMN flowchart;
CREATE TABLE workflow_workflowadmin (id INT AUTO_INCREMENT PRIMARY KEY, username VARCHAR(100) NOT NULL DEFAULT '', workflow_id INT NOT NULL DEFAULT 0, KEY idx_workflow_id (workflow_id));
ALTER TABLE workflow_state DROP COLUMN sub_workflow_id, ADD enable_retreat TINYINT(1) NOT NULL DEFAULT 0 COMMENT '允许撤回';
ALTER TABLE ticket_ticketrecord DROP COLUMN is_end, DROP COLUMN is_rejected, ADD act_state_id INT NOT NULL DEFAULT 0 COMMENT '进行状态';
CREATE TABLE ticket_ticketuser (id INT AUTO_INCREMENT PRIMARY KEY, ticket_id INT NOT NULL DEFAULT 0, username VARCHAR(100) NOT NULL DEFAULT '', in_process TINYINT(1) NOT NULL DEFAULT 0 COMMENT '处理中', worked TINYINT(1) NOT NULL DEFAULT 0 COMMENT '处理过的', KEY idx_ticket_id (ticket_id));
