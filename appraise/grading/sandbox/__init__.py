"""What stands between a submission and the machine: bubblewrap, Landlock, seccomp and limits."""
