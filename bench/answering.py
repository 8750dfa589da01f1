"""bench.answering MS: an HTTP server that answers everything after so many milliseconds; it prints
its port on a line."""

import asyncio
import sys

METRICS = b"# TYPE up gauge\nup 1\n"
ANSWER = (
    b"HTTP/1.1 200 OK\r\nContent-Type: text/plain; version=0.0.4\r\n"
    b"Content-Length: %d\r\n\r\n%s" % (len(METRICS), METRICS)
)


async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter, ms: float) -> None:
    try:
        while await reader.readuntil(b"\r\n\r\n"):
            await asyncio.sleep(ms / 1000)
            writer.write(ANSWER)
            await writer.drain()
    except (asyncio.IncompleteReadError, ConnectionError):
        writer.close()


async def main(ms: float) -> None:
    server = await asyncio.start_server(lambda r, w: answer(r, w, ms), "127.0.0.1", 0)
    print(server.sockets[0].getsockname()[1], flush=True)
    await server.serve_forever()


if __name__ == "__main__":
    asyncio.run(main(float(sys.argv[1])))
