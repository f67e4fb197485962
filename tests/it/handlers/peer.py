"""Another service, on this machine: it answers, or does what it is told instead.

It `hangs` until it is let go, is `slow`, `fails` with the page of an error, or `drops` the connection.
While it hangs, what others are ready to wait passes sixty times as fast: a test sees soon whether
they wait for ever.
"""

import json
import socket
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

MESSAGE = {"role": "assistant", "content": "Yes."}
ANSWER = {
    "id": "ch_1",
    "state": "paid",
    "rate": "1.1",
    "choices": [{"index": 0, "finish_reason": "stop", "message": MESSAGE}],
}


class Handler(BaseHTTPRequestHandler):
    def do_GET(self):
        peer = self.server
        peer.asked.append(self.path)
        self.rfile.read(int(self.headers.get("Content-Length", 0)))
        if peer.behaviour == "hangs":
            peer.let_go.wait()
        elif peer.behaviour == "slow":
            time.sleep(1)
        elif peer.behaviour == "drops":
            return
        status, body = 200, json.dumps(ANSWER)
        if peer.behaviour == "fails":
            status, body = 500, "<h1>Internal Server Error</h1>"
        try:
            self.send_response(status)
            self.send_header("Content-Type", "application/json")
            self.end_headers()
            self.wfile.write(body.encode())
        except OSError:
            pass  # Whoever asked has left.

    do_POST = do_GET

    def log_message(self, *_):
        pass


class Peer(ThreadingHTTPServer):
    daemon_threads = True

    def __init__(self):
        super().__init__(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server_port}"
        self.let_go = threading.Event()
        self.behave("answers")
        wait = socket.socket.settimeout

        def wait_less(connection, seconds):
            hastens = seconds and self.behaviour == "hangs"
            wait(connection, seconds / 60 if hastens else seconds)

        socket.socket.settimeout = wait_less
        threading.Thread(target=self.serve_forever, daemon=True).start()

    def behave(self, behaviour):
        self.behaviour = behaviour
        self.asked = []
        # Whoever still hangs on it is let go.
        self.let_go.set()
        self.let_go = threading.Event()
