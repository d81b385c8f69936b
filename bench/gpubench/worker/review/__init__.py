"""What an author's cell is held to by `gpubench check`: each thing that was looked at is a finding."""
