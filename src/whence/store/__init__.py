"""The only SQL of the house. Every statement names its account first; nothing here decides anything."""
