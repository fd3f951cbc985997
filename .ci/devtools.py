"""Headless Chromium, driven by the DevTools protocol over two pipes."""

import contextlib
import fcntl
import json
import os
import select
import shutil
import signal
import tempfile
import time

NAMES = ("chromium", "chromium-browser", "google-chrome")
FLAGS = (
    "--headless=new",
    "--remote-debugging-pipe",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-dev-shm-usage",
    "--disable-crash-reporter",
    "--no-first-run",
)


class ChromiumError(Exception):
    """Chromium is missing, does not start, or ended too soon."""


class PageError(Exception):
    """The page took too long, crashed, or a command for it was refused."""


def find_chromium():
    """The path of Chromium, or None."""
    return next(filter(None, map(shutil.which, NAMES)), None)


class Chromium:
    """A running Chromium, as a context manager: at its end Chromium is killed and its folder is removed."""

    def __init__(self, program, timeout):
        """`timeout`: the most seconds that any one command may take."""
        self.timeout = timeout
        self._events = {}
        self._last_id = 0
        self._unread = bytearray()
        path = shutil.which(program)
        if path is None:
            raise ChromiumError(f"there is no program `{program}`")
        with _signals_held():
            self._start(path)
        try:
            self.version = self.send("Browser.getVersion")["product"]
        except BaseException as error:
            self.close()
            if isinstance(error, PageError):
                raise ChromiumError(f"`{path}` does not answer: {error}") from error
            raise

    def _start(self, path):
        self._folder = tempfile.mkdtemp(prefix="chromium-")
        # above 9, so that neither end is overwritten while the child puts them to 3 and 4
        ends = [_moved_up(end) for pipe in (os.pipe(), os.pipe()) for end in pipe]
        commands, self._commands, self._replies, replies = ends
        try:
            self._process = os.posix_spawn(
                path,
                [path, *FLAGS, f"--user-data-dir={self._folder}", "about:blank"],
                # nothing is read from or left in other folders
                os.environ | dict.fromkeys(("HOME", "XDG_CONFIG_HOME", "XDG_CACHE_HOME", "TMPDIR"), self._folder),
                file_actions=[
                    (os.POSIX_SPAWN_OPEN, 0, os.devnull, os.O_RDONLY, 0),
                    (os.POSIX_SPAWN_OPEN, 1, os.devnull, os.O_WRONLY, 0),
                    (os.POSIX_SPAWN_OPEN, 2, os.devnull, os.O_WRONLY, 0),
                    (os.POSIX_SPAWN_DUP2, commands, 3),
                    (os.POSIX_SPAWN_DUP2, replies, 4),
                ],
                # a group of its own, to be killed with all its children
                setpgroup=0,
                setsigmask=[],
            )
        except OSError as error:
            os.close(self._commands)
            os.close(self._replies)
            shutil.rmtree(self._folder, ignore_errors=True)
            raise ChromiumError(f"`{path}` cannot be started: {error.strerror}") from error
        finally:
            os.close(commands)
            os.close(replies)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()

    def close(self):
        with _signals_held():
            self._stop()

    def _stop(self):
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self._process, signal.SIGKILL)
        os.waitpid(self._process, 0)
        os.close(self._commands)
        os.close(self._replies)
        # a child that is still dying may write into the folder while it is removed
        for _ in range(50):
            shutil.rmtree(self._folder, ignore_errors=True)
            if not os.path.exists(self._folder):
                return
            time.sleep(0.1)

    def send(self, method, session=None, **params):
        """The result of a command."""
        self._last_id += 1
        message = {"id": self._last_id, "method": method, "params": params}
        if session is not None:
            message["sessionId"] = session
        unsent = json.dumps(message).encode() + b"\0"
        deadline = time.monotonic() + self.timeout
        while unsent:
            if not select.select([], [self._commands], [], max(0, deadline - time.monotonic()))[1]:
                raise PageError(f"{method} took longer than {self.timeout:g} s")
            try:
                unsent = unsent[os.write(self._commands, unsent[: select.PIPE_BUF]) :]
            except BrokenPipeError:
                raise ChromiumError("Chromium ended unexpectedly") from None
        while True:
            reply = self._receive(deadline, method)
            if reply.get("id") == message["id"]:
                break
        if "error" in reply:
            raise PageError(f"{method}: {reply['error']['message']}")
        return reply["result"]

    def wait_for(self, event, session, **expected):
        """Waits until an `event` of the session with the expected parameters has happened."""
        deadline = time.monotonic() + self.timeout
        while not any(method == event and expected.items() <= found.items() for method, found in self.events(session)):
            self._receive(deadline, event)

    def events(self, session):
        """All events of the session up to now, as pairs of method and parameters."""
        return self._events.get(session, [])

    def _receive(self, deadline, awaited):
        """Reads one message; events are kept."""
        end = self._unread.find(0)
        while end < 0:
            if not select.select([self._replies], [], [], max(0, deadline - time.monotonic()))[0]:
                raise PageError(f"{awaited} took longer than {self.timeout:g} s")
            part = os.read(self._replies, 1 << 20)
            if not part:
                raise ChromiumError("Chromium ended unexpectedly")
            place = part.find(0)
            end = len(self._unread) + place if place >= 0 else -1
            self._unread += part
        message = json.loads(self._unread[:end])
        del self._unread[: end + 1]
        if "method" in message:
            self._events.setdefault(message.get("sessionId"), []).append((message["method"], message["params"]))
            if message["method"] == "Inspector.targetCrashed":
                raise PageError("the page crashed")
        return message

    @contextlib.contextmanager
    def tab(self):
        """A new tab, as the name of its session."""
        target = self.send("Target.createTarget", url="about:blank")["targetId"]
        session = self.send("Target.attachToTarget", targetId=target, flatten=True)["sessionId"]
        try:
            yield session
        finally:
            with contextlib.suppress(PageError):
                self.send("Target.closeTarget", targetId=target)
            self._events.pop(session, None)


@contextlib.contextmanager
def _signals_held():
    """Signals that end the program wait until the block is done, so that nothing is left behind."""
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT, signal.SIGTERM, signal.SIGHUP})
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


def _moved_up(descriptor):
    moved = fcntl.fcntl(descriptor, fcntl.F_DUPFD_CLOEXEC, 10)
    os.close(descriptor)
    return moved
