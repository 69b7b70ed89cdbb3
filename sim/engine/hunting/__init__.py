"""The Defender tables as rows: DeviceNetworkEvents and DeviceEvents (domain dossier, hunting)."""
