import itertools
import os

from setuptools import find_packages, setup


def version():
    path = os.path.join(os.path.dirname(__file__), "chat", "__init__.py")
    with open(path) as file:
        line = next(itertools.dropwhile(lambda x: not x.startswith("__version__"), file))
    return line.split("=")[-1].strip().replace('"', "")


with open("README.md") as file:
    long_description = file.read()

setup(
    name="seatrial-example-chat",
    version=version(),
    description="Bindings of the chat server",
    long_description=long_description,
    long_description_content_type="text/markdown",
    python_requires=">=3.9",
    license="Apache-2.0",
    packages=find_packages(),
    entry_points={"console_scripts": ["chat-send=chat.send:main"]},
)
