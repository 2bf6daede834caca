"""Every error Seatrial raises on purpose.

The tree::

SeatrialError
├── Refused (1)         a rule, a gate or a check said no; nothing outside was changed
│   ├── GateFailed               a command of the project's own failed
│   ├── BuildFailed              the build ended with an error or made unexpected files
│   ├── NotBuilt                 CI has not built the commit, or not all of it
│   ├── InspectionFailed         an artifact is not what it should be
│   ├── InstallCheckFailed       an artifact does not install, import or run
│   ├── CredentialMissing        nothing was found to log in with
│   ├── SitesDisagree            two places state different versions
│   ├── ChangelogMissing         the changelog has to tell of the release, and does not
│   ├── NotConfirmed             nobody said yes before the point of no return
│   ├── RemoteMissing            no remote to push the release to
│   ├── NotMerged                the commit is no release that was reviewed and merged
│   └── CannotUndo               what was done cannot be taken back
├── UsageFault (2)      the command or the configuration is wrong
│   ├── NoRepository             no git repository here
│   ├── NoPackage                the repository holds no Python package
│   ├── SeveralPackages          it holds more than one
│   ├── ShallowClone             the history that decides is not here
│   ├── DetachedHead             no branch to push the release to
│   ├── InvalidVersion           a version that PEP 440 does not know
│   ├── InvalidConfiguration     a key or a value that cannot be used
│   ├── UnknownIndex             an index nobody has described
│   ├── UnknownRun               no run by that name
│   ├── PythonNotFound           the Python asked for is not installed
│   └── ToolMissing              git, or another program, is not there
├── Incomplete (3)      run it again and it goes on
│   ├── Unreachable              no answer, or a passing fault
│   ├── NotVisibleYet            uploaded, but the index does not show it
│   ├── TimedOut                 a command took longer than it may
│   ├── Locked                   another run holds this repository
│   ├── StorageFault             the disk is full, read-only, or broke
│   ├── DownstreamFailed         a command failed in another repository
│   └── CannotTell               the world did not say what it holds
├── Conflict (4)        the world holds something else: a person decides
│   ├── StalePlan                the plan was made for another state
│   ├── UnfinishedRun            another release has begun and is not finished
│   ├── BranchMoved              the remote branch is not where it was
│   ├── TagElsewhere             the tag exists on another commit
│   ├── TagNotAncestor           the last release is not in this history
│   ├── PushRefused              the remote did not take the push
│   ├── DifferentBytes           the index or the forge holds other bytes
│   ├── UploadRefused            the index refused a file
│   ├── ReleaseClosed            the index takes no more files for this release
│   ├── CredentialRefused        the credential was not accepted
│   ├── DownstreamDiffers        another repository is not what an edit expects
│   ├── PullRequestClosed        somebody closed the pull request without merging it
│   ├── NotesUnreadable          the notes in the pull request cannot be told apart
│   └── BytesLost                half is out, and the other half cannot be had again
└── Interrupted (130)   stopped by the user; resumable
"""

from __future__ import annotations

from seatrial.error import SeatrialError as SeatrialError  # noqa: PLC0414 - hands it on (PEP 484)
from seatrial.error import by_slug as by_slug  # noqa: PLC0414
from seatrial.exitcodes import ExitCode


class Refused(SeatrialError):
    """A rule, a gate or a check said no; nothing outside was changed."""

    exit_code = ExitCode.REFUSED


class GateFailed(Refused):
    """A command of the project's own failed."""

    doing = "running the gate"
    next_step = "Mend what the gate found, commit, and release again."


class BuildFailed(Refused):
    """The build ended with an error, or made no file or unexpected ones."""

    doing = "building"
    next_step = "Read what the build said, mend the project, commit, and release again."


class NotBuilt(Refused):
    """CI has no successful run of the commit, or the run left no file of the release."""

    doing = "collecting what CI built"
    next_step = "Let CI build this very commit, then run this again."


class InspectionFailed(Refused):
    """An artifact is not what it should be."""

    doing = "inspecting"
    next_step = "Mend what the build puts into the file, commit, and release again."


class InstallCheckFailed(Refused):
    """An artifact does not install, import or run in a clean environment."""

    doing = "checking the installation of"
    next_step = "Mend the package, commit, and release again."


class CredentialMissing(Refused):
    """Nothing was found to log in with."""

    doing = "looking for a credential for"
    next_step = "Set one in the environment, in .pypirc or in the keyring."


class SitesDisagree(Refused):
    """Two places in the repository state different versions."""

    doing = "reading the version of"
    next_step = "Make the lines agree, commit, and run this again."


class ChangelogMissing(Refused):
    """The changelog has to tell of the release, and does not."""

    doing = "looking in the changelog for"
    next_step = "Write its section, commit, and release again."


class NotConfirmed(Refused):
    """Nobody said yes before the point of no return."""

    doing = "asking before"
    next_step = "Run it in a terminal and answer, or pass --yes."


class RemoteMissing(Refused):
    """There is no remote to push the release to."""

    doing = "looking for the remote of"
    next_step = "Add one with git remote add, and push the branch there."


class NotMerged(Refused):
    """The commit is no release that was reviewed and merged."""

    doing = "looking for a merged release at"
    next_step = "Open one with seatrial propose, have it merged, and run this on the merged commit."


class CannotUndo(Refused):
    """What was done cannot be taken back."""

    doing = "undoing"
    next_step = "Go forward: finish it with seatrial resume, or release the next version."


class UsageFault(SeatrialError):
    """The command or the configuration is wrong."""

    exit_code = ExitCode.USAGE


class NoRepository(UsageFault):
    """There is no git repository with a commit at the path."""

    doing = "looking for a git repository at"
    next_step = "Name the path of a repository, or make one with git init and a first commit."


class NoPackage(UsageFault):
    """The repository holds no Python package."""

    doing = "looking for a Python package in"
    next_step = "Add a pyproject.toml with a [project] table, and commit it."


class SeveralPackages(UsageFault):
    """The repository holds more than one package."""

    doing = "looking for the package to release in"
    next_step = "Name the folder of one."


class ShallowClone(UsageFault):
    """The history that decides the version is not in this clone."""

    doing = "reading the history of"
    next_step = "Run git fetch --unshallow --tags, and run this again."


class DetachedHead(UsageFault):
    """HEAD is on no branch, so there is none to push the release to."""

    doing = "looking for the branch to release in"
    next_step = "Check out the branch that the release belongs to."


class InvalidVersion(UsageFault):
    """A version that PEP 440 does not know."""

    doing = "reading the version"
    next_step = "Write it as PEP 440 has it, for example 1.2.3 or 2.0rc1."


class InvalidConfiguration(UsageFault):
    """A key or a value in the configuration cannot be used."""

    doing = "reading the configuration"
    next_step = "Mend the configuration, and run this again."


class UnknownIndex(UsageFault):
    """An index that nobody has described."""

    doing = "looking for the index"
    next_step = "Use pypi or testpypi, or describe it in [tool.seatrial.index.NAME]."


class UnknownRun(UsageFault):
    """There is no run by that name in this repository."""

    doing = "looking for the run"
    next_step = "See the runs of this repository with seatrial status."


class PythonNotFound(UsageFault):
    """The Python that was asked for is not installed."""

    doing = "looking for"
    next_step = "Install it, or leave it out of --python and [tool.seatrial.verify] python."


class ToolMissing(UsageFault):
    """A program that is needed is not there, or too old."""

    doing = "starting"
    next_step = "Install it, and run this again."


class Incomplete(SeatrialError):
    """Something is not done yet: run it again and it goes on."""

    exit_code = ExitCode.INCOMPLETE
    next_step = "Run this again when the cause has gone."


class Unreachable(Incomplete):
    """The other side gave no answer, or a passing fault, as often as we may ask."""

    doing = "asking"


class NotVisibleYet(Incomplete):
    """The file is uploaded, but the page that installers read does not show it."""

    doing = "waiting for"
    next_step = "Nothing is broken: run this again in a few minutes."


class TimedOut(Incomplete):
    """A command took longer than it may, and was ended."""

    doing = "waiting for"
    next_step = "See why it hangs, or raise its timeout, then run this again."


class Locked(Incomplete):
    """Another run holds this repository."""

    doing = "taking the lock of"
    next_step = "Wait until it has ended, and run this again."


class StorageFault(Incomplete):
    """The disk is full, read-only, or broke."""

    doing = "writing to"
    next_step = "Make room, or make it writable, then run this again."


class DownstreamFailed(Incomplete):
    """A command failed in another repository; the release itself is out."""

    doing = "updating"
    next_step = "See the command's log, mend what it stumbled over, then run this again."


class CannotTell(Incomplete):
    """The world did not say what it holds, so nothing was done."""

    doing = "looking at"


class Conflict(SeatrialError):
    """The world holds something else: a person decides."""

    exit_code = ExitCode.CONFLICT


class StalePlan(Conflict):
    """The plan was made for another state of the repository, the remote or the tool."""

    doing = "checking the plan"
    next_step = "Make the plan again with seatrial plan, and look at it."


class UnfinishedRun(Conflict):
    """Another release of this repository has begun to change the world, and is not finished."""

    doing = "beginning a release beside that of"
    next_step = "Finish it with seatrial resume, or take it back with seatrial undo."


class BranchMoved(Conflict):
    """The remote branch is not where it was when the release was planned."""

    doing = "pushing"
    next_step = "Undo this run with seatrial undo, fetch, and release again."


class TagElsewhere(Conflict):
    """The tag exists, on another commit."""

    doing = "looking at the tag"
    next_step = "Release another version; a tag that others may have is not moved."


class TagNotAncestor(Conflict):
    """The last release is not in the history of the commit to release."""

    doing = "comparing with the last release"
    next_step = "Release from a branch that holds the last release, or merge it first."


class PushRefused(Conflict):
    """The remote did not take the push."""

    doing = "pushing to"
    next_step = "Change what the remote refuses, then run this again; or seatrial undo."


class DifferentBytes(Conflict):
    """The index or the forge holds another file under the same name."""

    doing = "comparing"
    next_step = "Release the next version; on a forge's release, delete that file there instead."


class UploadRefused(Conflict):
    """The index refused a file."""

    doing = "uploading"
    next_step = "If the index can be satisfied, run this again; else release the next version."


class ReleaseClosed(Conflict):
    """The index takes no more files for this release."""

    doing = "uploading to"
    next_step = "Release the next version; this one stays as it is."


class CredentialRefused(Conflict):
    """The credential was found, and not accepted."""

    doing = "logging in to"
    next_step = "Make a new token that may do this, then run this again."


class DownstreamDiffers(Conflict):
    """Another repository is not what an edit expects: it fits nothing, or more than one place."""

    doing = "editing downstream, at"
    next_step = "Make the place in [[downstream]] fit that repository, or change it there by hand."


class PullRequestClosed(Conflict):
    """Somebody closed the pull request without merging it."""

    doing = "updating the pull request"
    next_step = "Reopen it where it lies, or propose another version with --version."


class NotesUnreadable(Conflict):
    """The notes in the pull request cannot be told from the rest of its text."""

    doing = "reading the notes in"
    next_step = "Put each of the two comments that enclose the notes back, once, on its own line."


class BytesLost(Conflict):
    """Half of a release is out, and the bytes of the other half cannot be had again."""

    doing = "going on with"
    next_step = "Resume where the run was begun, or release the next version."


class Interrupted(SeatrialError):
    """Stopped by the user."""

    exit_code = ExitCode.INTERRUPTED
    doing = "stopped"
    next_step = "Run seatrial resume to finish, or seatrial undo."
