"""A free TCP port of this machine for a server that is about to start. Called by the embedded servers, and by tests that start programs."""

import socket


def free_port() -> int:
    """A port of 127.0.0.1 that stays free for the one who asked.

    A port that was only bound and closed may be given to the next program that asks before our server is up (initdb takes half a second;
    in a busy suite it happened). Here one connection through it is closed from the listening side first: the port rests in TIME_WAIT for a
    minute, in which the kernel gives it to nobody who asks for any port, while a server that names it may listen there, as servers set
    SO_REUSEADDR.
    """
    with socket.create_server(("127.0.0.1", 0)) as listener, socket.create_connection(listener.getsockname()) as caller:
        taken, _ = listener.accept()
        taken.close()
        caller.recv(1)  # their end has come: ours, closed after it, does not rest
        return int(listener.getsockname()[1])
