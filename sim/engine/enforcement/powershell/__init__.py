"""The PowerShell prompt of a machine: what a line means, and what PowerShell answers.

It takes what a real prompt takes for looking at and setting Defender's preferences, and answers in its
shapes, errors included; their wording is near PowerShell's (own knowledge where no reference is named).
What this prompt does not do it says, marked `(simulator)`.
"""

from sim.engine.enforcement.powershell.computer import Computer as Computer
from sim.engine.enforcement.powershell.computer import LogEvent as LogEvent
from sim.engine.enforcement.powershell.console import Change as Change
from sim.engine.enforcement.powershell.shell import Part as Part
from sim.engine.enforcement.powershell.shell import Reply as Reply
from sim.engine.enforcement.powershell.shell import run as run
