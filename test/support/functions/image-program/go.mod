module image-program

go 1.21
