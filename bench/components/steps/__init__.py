"""The classes behind components that no library has, imported only when a trial is built."""
