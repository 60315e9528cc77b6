# Headwater on Airflow: one image for every service of docker-compose.yaml and of Airflow's Helm chart.
FROM python:3.11-slim-bookworm

# sklearn and torch need OpenMP; nothing else comes from the system.
RUN apt-get update \
    && apt-get install -y --no-install-recommends libgomp1 \
    && rm -rf /var/lib/apt/lists/* \
    && useradd --uid 50000 --gid 0 --create-home --home-dir /home/airflow airflow

ENV AIRFLOW_HOME=/opt/airflow \
    AIRFLOW__CORE__DAGS_FOLDER=/opt/headwater/dags \
    AIRFLOW__CORE__PLUGINS_FOLDER=/opt/headwater/plugins \
    AIRFLOW__CORE__LOAD_EXAMPLES=False \
    PYTHONPATH=/opt/headwater/include \
    PYTHONUNBUFFERED=1 \
    OMP_NUM_THREADS=1 \
    OPENBLAS_NUM_THREADS=1 \
    MKL_NUM_THREADS=1 \
    NUMEXPR_NUM_THREADS=1

WORKDIR /opt/headwater
COPY requirements.txt requirements-celery.txt ./
# PyPI's torch brings 4 GB for GPUs, which nothing here uses. PyTorch's own index has it without: see docs/deploy.md.
ARG PIP_EXTRA_INDEX_URL=
RUN pip install --no-cache-dir -r requirements.txt -r requirements-celery.txt

COPY dags ./dags
COPY include ./include
COPY plugins ./plugins

# Named volumes take over the owner of the folder they are mounted on.
RUN mkdir -p /opt/airflow/logs /opt/store /opt/secrets \
    && chown -R airflow:0 /opt/airflow /opt/store /opt/secrets \
    && chmod 0750 /opt/secrets

# The probes of Airflow's Helm chart call the entry point of Airflow's own image, which waits for a database first.
RUN printf '#!/bin/sh\nexec "$@"\n' > /entrypoint && chmod 0755 /entrypoint

USER airflow
CMD ["airflow", "version"]
