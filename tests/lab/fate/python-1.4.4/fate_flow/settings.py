# FATE 1.4.4: the settings of fate_flow; the registry moved to base_conf.yaml
API_VERSION = "v1"
HTTP_PORT = 9380
MAX_CONCURRENT_JOB_RUN = 5
