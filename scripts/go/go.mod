module regatta/cell

go 1.19
