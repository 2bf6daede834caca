from setuptools import find_packages, setup

CHAT_BOTSERVER_VERSION = "0.9.1"

with open("README.md") as file:
    long_description = file.read()

setup(
    name="seatrial_example_chat_botserver",
    version=CHAT_BOTSERVER_VERSION,
    description="Runs bots of the chat server",
    long_description=long_description,
    long_description_content_type="text/markdown",
    python_requires=">=3.9",
    license="Apache-2.0",
    packages=find_packages(),
    install_requires=["seatrial-example-chat", "seatrial_example_chat_bots"],
    entry_points={"console_scripts": ["chat-botserver=chat_botserver.server:main"]},
)
