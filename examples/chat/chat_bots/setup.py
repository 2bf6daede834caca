from setuptools import find_packages, setup

CHAT_BOTS_VERSION = "0.9.1"
IS_PYPA_PACKAGE = False

package_data = {"": ["doc.md", "assets/*"]}

# Another repository installs from git and needs these; the published archives do not hold them.
if not IS_PYPA_PACKAGE:
    package_data[""].append("fixtures/*.json")
    package_data[""].append("logo.*")

with open("README.md") as file:
    long_description = file.read()

setup(
    name="seatrial_example_chat_bots",
    version=CHAT_BOTS_VERSION,
    description="A framework for bots of the chat server",
    long_description=long_description,
    long_description_content_type="text/markdown",
    python_requires=">=3.9",
    license="Apache-2.0",
    packages=find_packages(),
    package_data=package_data,
    install_requires=["seatrial-example-chat"],
    entry_points={"console_scripts": ["chat-run-bot=chat_bots.run:main"]},
)
