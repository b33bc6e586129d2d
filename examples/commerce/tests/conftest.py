import pytest


class Memory(dict):
    """A Store in memory."""

    def names(self, prefix):
        return iter(sorted(name for name in self if name.startswith(prefix)))

    def read(self, name):
        return self.get(name)

    def write(self, name, text):
        self[name] = text


@pytest.fixture
def store():
    return Memory()


@pytest.fixture
def history():
    return Memory()
