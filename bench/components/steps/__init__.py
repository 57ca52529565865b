"""The classes behind components that no library has; imported by the factories only when a trial is built."""
