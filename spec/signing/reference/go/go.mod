module qredosign

go 1.19
