module example.org/database

go 1.22
