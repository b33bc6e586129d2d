#!/bin/sh
# dnf, microdnf and yum of AWS's base images, on a stand-in that is made of Debian packages: the packages that Dockerfiles
# ask for most go by their Debian names. What is not in the table is refused by its name, and nothing is installed.
set -eu
verb=
packages=
for word; do
  case $word in
    -*) ;;
    *) if [ -z "$verb" ]; then verb=$word; else packages="$packages $word"; fi ;;
  esac
done
case $verb in
  clean | makecache | update | upgrade | check-update | remove | erase | autoremove)
    echo "stand-in: $verb is not needed here" >&2
    exit 0
    ;;
  install | reinstall) ;;
  groupinstall | group) packages="gcc gcc-c++ make" ;;
  *)
    echo "stand-in for AWS's base image: it is made of Debian packages, and its dnf knows no $verb" >&2
    exit 1
    ;;
esac
names=
for package in $packages; do
  case $package in
    gcc | cpp) name="gcc libc6-dev" ;;
    gcc-c++) name="g++ libc6-dev" ;;
    gcc-gfortran) name=gfortran ;;
    make | cmake | git | tar | gzip | unzip | zip | wget | curl | jq | less | findutils | diffutils | patch | autoconf | automake) name=$package ;;
    libtool | bzip2 | xz-utils | openssl | rsync | ca-certificates | file | sqlite3 | swig | nano | poppler-utils) name=$package ;;
    curl-minimal) name=curl ;;
    xz) name=xz-utils ;;
    which) name=debianutils ;;
    sqlite) name=sqlite3 ;;
    shadow-utils) name=passwd ;;
    procps-ng | procps) name=procps ;;
    util-linux | coreutils | bash | sed | grep | gawk) name=$package ;;
    hostname | iputils) name=hostname ;;
    pkgconf | pkgconfig | pkgconf-pkg-config) name=pkg-config ;;
    python3-devel | python3.*-devel | python3-pip | python3.*-pip | python3 | python-devel) name= ;;
    libffi-devel) name=libffi-dev ;;
    openssl-devel) name=libssl-dev ;;
    zlib-devel) name=zlib1g-dev ;;
    bzip2-devel) name=libbz2-dev ;;
    xz-devel) name=liblzma-dev ;;
    sqlite-devel) name=libsqlite3-dev ;;
    libpq | postgresql-libs) name=libpq5 ;;
    libpq-devel | postgresql-devel | postgresql1[0-9]*-devel) name=libpq-dev ;;
    postgresql | postgresql1[0-9]) name=postgresql-client ;;
    mariadb-connector-c-devel | mariadb-devel | mysql-devel | mariadb*-devel) name=libmariadb-dev ;;
    unixODBC) name=unixodbc ;;
    unixODBC-devel) name=unixodbc-dev ;;
    libxml2 | libxml2-devel) name=libxml2-dev ;;
    libxslt | libxslt-devel) name=libxslt1-dev ;;
    libcurl-devel) name=libcurl4-openssl-dev ;;
    libjpeg-turbo | libjpeg-turbo-devel) name=libjpeg62-turbo-dev ;;
    libpng | libpng-devel) name=libpng-dev ;;
    freetype | freetype-devel) name=libfreetype-dev ;;
    mesa-libGL | libglvnd-glx) name=libgl1 ;;
    glib2) name=libglib2.0-0 ;;
    libgomp) name=libgomp1 ;;
    libstdc++) name=libstdc++6 ;;
    libSM) name=libsm6 ;;
    libXext) name=libxext6 ;;
    libXrender) name=libxrender1 ;;
    blas-devel) name=libblas-dev ;;
    lapack-devel) name=liblapack-dev ;;
    tesseract) name=tesseract-ocr ;;
    ImageMagick) name=imagemagick ;;
    graphviz | nodejs | npm) name=$package ;;
    *)
      echo "stand-in for AWS's base image: it is made of Debian packages and does not know what dnf's $package is there" >&2
      echo "where AWS's registry can be reached, the real base is used and has it" >&2
      exit 1
      ;;
  esac
  names="$names $name"
done
[ -n "$(echo "$names" | tr -d ' ')" ] || exit 0
apt-get update -qq
# shellcheck disable=SC2086 # several names
DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends $names
rm -rf /var/lib/apt/lists/*
