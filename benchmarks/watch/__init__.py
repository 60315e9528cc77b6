"""How often the watch blames honest nights and generations, and how soon it sees planted slides."""
