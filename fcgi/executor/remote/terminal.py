#!/usr/bin/env python3
# terminal.py: gives a script on an SSH target its own terminal.
#
# It is called in two ways.  With the script's command it runs that in a terminal,
# which outlives the connection: the output of the script goes to standard output,
# a file.  Without arguments it relays input for one connection: it copies
# tty_frames.c's frames from standard input to the socket `typed` of the terminal,
# and reports how many bytes were accepted as a control line; the nonce for that
# is on descriptor 4, as arguments are visible to others.
#
# The terminal serves the most recent connection, and first reports its position;
# input from an older connection, and input not yet written, is dropped: it will
# be sent again.  Signals are passed on to the script's session, SIGKILL last.
# After the end of the script the rest of the terminal's output is read; processes
# that keep it open are not awaited.
#
# script(1) was rejected: its handling of a standard input that is not a terminal,
# and of signals, differs between versions.
import fcntl
import os
import pty
import select
import signal
import socket
import struct
import sys
import termios
import time

folder = os.path.dirname(os.path.abspath(sys.argv[0]))


def carry():
    nonce = os.read(4, 64).split()[0]
    os.chdir(folder)
    conn = socket.socket(socket.AF_UNIX)
    while conn.connect_ex('typed') != 0:
        if os.path.exists('exit'):
            return
        time.sleep(0.05)
    rest = b''
    while True:
        ready = select.select([0, conn], [], [])[0]
        if conn in ready:
            data = conn.recv(4096)
            *lines, rest = (rest + data).split(b'\n')
            for line in lines:
                os.write(2, nonce + b' typed ' + line + b'\n')
            if not data:
                return
        if 0 in ready:
            data = os.read(0, 65536)
            if not data:
                return
            conn.sendall(data)


def end(number, frame):
    last = number == signal.SIGALRM
    try:
        os.killpg(child, signal.SIGKILL if last else signal.SIGTERM)
    except OSError:
        pass
    signal.alarm(0 if last else 4)


def size(columns, rows):
    fcntl.ioctl(fd, termios.TIOCSWINSZ,
                struct.pack('HHHH', rows, columns, 0, 0))


def accept():
    global conn, frames, typed
    if conn:
        conn.close()
    conn, frames, typed = server.accept()[0], b'', b''
    conn.setblocking(False)
    report()


def report():
    try:
        if conn:
            conn.send(b'%d\n' % count)
    except OSError:
        pass


def receive():
    global conn, frames, typed
    try:
        data = conn.recv(65536)
    except BlockingIOError:
        return
    except OSError:
        data = b''
    if not data:
        conn.close()
        conn = None
    frames += data
    while len(frames) >= 3:
        kind, n = struct.unpack('>cH', frames[:3])
        if len(frames) < 3 + n:
            break
        what, frames = frames[3:3 + n], frames[3 + n:]
        if kind == b'k':
            typed += what
        else:
            size(*struct.unpack('>HH', what))


if len(sys.argv) == 1:
    try:
        carry()
    except OSError:
        pass
    sys.exit(0)
child, fd = pty.fork()
if child == 0:
    try:
        fd = 0
        size(80, 24)
        os.environ['TERM'] = 'xterm'
        os.execvp(sys.argv[1], sys.argv[1:])
    finally:
        os._exit(127)
for name in signal.SIGTERM, signal.SIGINT, signal.SIGALRM:
    signal.signal(name, end)
os.set_blocking(fd, False)
os.chdir(folder)
server = socket.socket(socket.AF_UNIX)
server.bind('typed')
server.listen(4)
status, data, conn, frames, typed, count = None, b'.', None, b'', b'', 0
while data:
    room = select.select([fd, server] + [conn] * (conn is not None),
                         [fd] * (typed != b''), [], 0.2)
    ready, room = room[0], room[1]
    if status is None:
        pid, code = os.waitpid(child, os.WNOHANG)
        status = code if pid else None
    elif fd not in ready:
        break
    if fd in ready:
        try:
            data = os.read(fd, 65536)
        except BlockingIOError:
            continue
        except OSError:
            data = b''
        left = data
        while left:
            left = left[os.write(1, left):]
    if conn in ready:
        receive()
    if server in ready:
        accept()
    if room and status is None and typed:
        try:
            n = os.write(fd, typed)
        except OSError:
            n = 0
        typed, count = typed[n:], count + n
        report()
if status is None:
    status = os.waitpid(child, 0)[1]
signal.alarm(0)
sys.exit(128 + os.WTERMSIG(status) if os.WIFSIGNALED(status)
         else os.WEXITSTATUS(status))
