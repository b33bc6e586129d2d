"""What every function of the club needs: a layer of the ZIP functions, a copy in the image."""
