"""The rules: pure functions of a record, the playbook and a day. No clock, no disk, no screen."""
