from django.conf import settings

from audits.serving.processes import Child
from audits.simulator.demo import demo_world
from audits.simulator.mounts import Simulator
from audits.simulator.server import listen, serve_forever


class SimulatorProcess(Child):
    """The bundled simulator, on a free port of loopback. Its socket is the parent's, so that a
    new one answers at the address that everybody knows."""

    def __init__(self) -> None:
        super().__init__("The simulator", "simulator", self._serve)
        self.listener = listen()
        # What is forked from here on knows it.
        settings.SIMULATOR_ENDPOINT = self.listener.getsockname()

    def start(self, *, keep: int | None = None) -> None:
        super().start(keep=self.listener.fileno())

    def _serve(self) -> None:
        serve_forever(Simulator(demo_world()), self.listener)
