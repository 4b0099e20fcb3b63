docker build -q -t lineup lineup
