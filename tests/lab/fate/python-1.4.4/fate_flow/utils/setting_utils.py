# FATE 1.4.4: nothing is set here any more; see arch/conf/base_conf.yaml
