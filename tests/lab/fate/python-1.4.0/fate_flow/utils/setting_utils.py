# FATE 1.4.0: who registers at ZooKeeper
USE_ACL = True
ZK_USERNAME = "fate"
ZK_PASSWORD = "zk: it's #1"
