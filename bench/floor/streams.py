"""python -m bench.floor.streams BYTES: the least that a stream can do. Whoever gets anything is
sent a stream; whoever posts anything has a message of so many bytes sent to all of them, with no
database, no rights and no rendering. It prints its port on a line."""

import asyncio
import sys

HEAD = b"HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\n\r\nevent: hello\ndata: {}\n\n"
DONE = b"HTTP/1.1 204 No Content\r\n\r\n"


class Party(asyncio.Protocol):
    everybody: "set[asyncio.Transport]" = set()
    message = b""

    def connection_made(self, transport) -> None:
        self.transport = transport
        self.data = b""

    def data_received(self, data: bytes) -> None:
        self.data += data
        if self.data.startswith(b"GET") and b"\r\n\r\n" in self.data:
            self.everybody.add(self.transport)
            self.transport.write(HEAD)
            self.data = b""
        elif b"\r\n\r\n" in self.data:
            self.data = b""
            for other in self.everybody:
                other.write(self.message)
            self.transport.write(DONE)

    def connection_lost(self, _fault: Exception | None) -> None:
        self.everybody.discard(self.transport)


async def main(size: int) -> None:
    start, end = b"event: changes\ndata: ", b"\n\n"
    Party.message = start + b"." * (size - len(start) - len(end)) + end
    server = await asyncio.get_running_loop().create_server(Party, "127.0.0.1", 0, backlog=2048)
    print(server.sockets[0].getsockname()[1], flush=True)
    await server.serve_forever()


if __name__ == "__main__":
    asyncio.run(main(int(sys.argv[1])))
