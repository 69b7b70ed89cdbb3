"""From a tag to a blocked connection: indicators, a machine's verdict with its reasons, PowerShell."""
