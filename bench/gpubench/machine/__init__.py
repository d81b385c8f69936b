"""Facts about the machine: processors, memory, driver. No framework is imported here."""
