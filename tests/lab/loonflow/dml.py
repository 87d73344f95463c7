#!/usr/bin/env python3
"""
dml.py: the second half of the migration from loonflow 0.3 to 1.0: the people
of each ticket go into ticket_ticketuser, its state into act_state_id.  Set the
database below before it runs; the new tables have to be there.

Written from: what the update of loonflow-helper (0.3.x to 1.0.x) says that it
does.  Refuses: a database that it cannot reach, or without the new tables; to
run where ticket_ticketuser has rows already, as it would add them again.
"""
import sys
import tempfile

sys.path.insert(0, "/opt/lab")
from standin import SqlError, quoted, sql  # noqa: E402

DB_HOST = "127.0.0.1"
DB_NAME = "loonflow_old"
DB_PORT = 3306
DB_USER = "loonflow_old"
DB_PASSWORD = "123456"

REJECTED, GOES_ON, ENDED = 2, 1, 4


def client():
    file = tempfile.NamedTemporaryFile("w", suffix=".cnf")
    file.write(f"[client]\nhost={DB_HOST}\nport={DB_PORT}\nuser={DB_USER}\n"
               f"password={DB_PASSWORD}\ndatabase={DB_NAME}\n")
    file.flush()
    return file


def state_of(last_transition, state_type):
    if last_transition == "2":
        return REJECTED
    return GOES_ON if state_type == "0" or last_transition is None else ENDED


def statements(tickets):
    for number, relation, kind, who, last, state_type in tickets:
        now = set(who.split(",")) if kind in ("1", "2") else set()
        for name in dict.fromkeys(filter(None, (relation or "").split(","))):
            yield ("INSERT INTO ticket_ticketuser (ticket_id, username, "
                   f"in_process) VALUES ({number}, {quoted(name)}, "
                   f"{int(name in now)});")
        yield (f"UPDATE ticket_ticketrecord SET act_state_id = "
               f"{state_of(last, state_type)} WHERE id = {number};")


def main():
    with client() as file:
        if sql("SELECT 1 FROM ticket_ticketuser LIMIT 1;", file.name):
            sys.exit("dml.py: ticket_ticketuser has rows already")
        tickets = sql(
            "SELECT t.id, t.relation, t.participant_type_id, t.participant, "
            "(SELECT r.transition_type_id FROM ticket_ticketflowlog l JOIN "
            "workflow_transition r ON r.id = l.transition_id WHERE "
            "l.ticket_id = t.id ORDER BY l.id DESC LIMIT 1), s.type_id FROM "
            "ticket_ticketrecord t JOIN workflow_state s ON s.id = "
            "t.state_id ORDER BY t.id;", file.name)
        sql("START TRANSACTION;" + "".join(statements(tickets)) + "COMMIT;",
            file.name)
    print(f"共{len(tickets)}条记录")


if __name__ == "__main__":
    try:
        main()
    except SqlError as fault:
        sys.exit(f"dml.py: {fault}")
