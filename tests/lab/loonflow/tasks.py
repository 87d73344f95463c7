"""The tasks of loonflow, for `celery -A tasks`: all of them are manage's."""
import manage

QUEUE, DONE, run_task = manage.QUEUE, manage.DONE, manage.run_task
