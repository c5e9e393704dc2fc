FROM python:3.11-slim

RUN useradd --create-home --uid 10001 loadbearing
WORKDIR /srv/loadbearing
COPY --chown=loadbearing . .
RUN pip install --no-cache-dir '.[app,postgres]'

USER loadbearing
# The app is run from the installed package, so the checkout is not needed on the import path.
WORKDIR /home/loadbearing
EXPOSE 8501
HEALTHCHECK --interval=30s --timeout=5s --start-period=20s --retries=3 \
    CMD ["python", "-c", "import urllib.request as u; u.urlopen('http://127.0.0.1:8501/_stcore/health', timeout=4)"]
CMD ["loadbearing", "app", "--server.address=0.0.0.0", "--server.port=8501", "--server.headless=true"]
