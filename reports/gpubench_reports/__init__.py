"""The reports that ship: one HTML page, and PNGs for slides. Plug-ins like any other's."""
