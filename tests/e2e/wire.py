"""The wire of fcgi/wire/wire.c, spoken by tests: call(sock, verb, ...)."""
import json
import socket
import struct


def _text(s):
    b = s.encode()
    return b"t" + struct.pack(">I", len(b)) + b + b"\0"


def _int(n):
    return b"i" + struct.pack(">q", n)


def frame(verb, run=0, step="", body=None, credential="", number=1, by=0):
    fields = (_int(number) + _text(verb) + _text(credential)
              + _text("127.0.0.1") + _int(run) + _text(step)
              + _text(json.dumps(body) if body is not None else "") + _int(by))
    return struct.pack(">I", len(fields)) + fields


def read_reply(sock):
    def exactly(n):
        data = b""
        while len(data) < n:
            more = sock.recv(n - len(data))
            if not more:
                raise ConnectionError("the keeper closed the connection")
            data += more
        return data
    data = exactly(struct.unpack(">I", exactly(4))[0])
    error = struct.unpack(">q", data[10:18])[0]
    length = struct.unpack(">I", data[19:23])[0]
    return error, json.loads(data[23:23 + length])


def connect(path):
    sock = socket.socket(socket.AF_UNIX)
    sock.settimeout(30)
    sock.connect(path)
    return sock


def call(sock, verb, **more):
    sock.sendall(frame(verb, **more))
    return read_reply(sock)
